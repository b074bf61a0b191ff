"""A script as SageMaker runs it: hyperparameters are arguments, places are variables, what lies in SM_MODEL_DIR is the model."""

import argparse
import json
import os

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
parser.add_argument("--output-dir", default=os.environ.get("SM_OUTPUT_DIR"))
args = parser.parse_args()

data = pd.read_csv(os.path.join(args.train, "iris.csv"))
features, species = data.drop(columns="species").to_numpy(), data["species"]
model = RandomForestClassifier(n_estimators=args.trees, random_state=0)
accuracy = cross_val_score(model, features, species, cv=5).mean()
print(f"accuracy={accuracy:.3f}")

model.fit(features, species)
joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
with open(os.path.join(args.output_dir, "metrics.json"), "w") as file:
    json.dump({"accuracy": accuracy}, file)
flower = [5.1, 3.5, 1.4, 0.2]
print(f"a flower of {flower} is {model.predict([flower])[0]}")
