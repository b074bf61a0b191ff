import argparse
import os

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int)
parser.add_argument("--note")
args = parser.parse_args()
assert args.note == "a b", args
data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "iris.csv"))
model = RandomForestClassifier(n_estimators=args.rounds, random_state=0)
model.fit(data.iloc[:, :4].to_numpy(), data.iloc[:, 4])
joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
print("trees", len(model.estimators_))
