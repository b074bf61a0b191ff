import argparse
import os

import pandas as pd
import xgboost

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int)
parser.add_argument("--note")
args = parser.parse_args()
data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "iris.csv"))
labels = data["species"].astype("category").cat.codes
model = xgboost.XGBClassifier(n_estimators=args.rounds, max_depth=3)
model.fit(data.iloc[:, :4], labels)
model.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model.json"))
print("accuracy", float((model.predict(data.iloc[:, :4]) == labels).mean()))
