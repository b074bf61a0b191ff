"""Splits the flowers into rows to train with and rows to test with."""
import argparse
import os

import pandas
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--test-share", type=float)
parser.add_argument("--note")
words = parser.parse_args()
rows = pandas.read_csv("/opt/ml/processing/input/iris.csv")
train, test = train_test_split(rows, test_size=words.test_share, random_state=7)
for name, part in [("train", train), ("test", test)]:
    part.to_csv(f"/opt/ml/processing/{name}/rows.csv", index=False, header=False)
with open("/opt/ml/output/message", "w") as message:
    message.write(f"{words.note}, {os.environ.get('NOTE', 'no note')}")
print("split", len(train), len(test))
