"""Splits the flowers and scales their measures: what is learned of the scale comes from the rows to train with alone."""
import argparse

import pandas
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

words = argparse.ArgumentParser()
words.add_argument("--test-share", type=float, default=0.2)
share = words.parse_args().test_share

flowers = pandas.read_csv("/opt/ml/processing/input/raw/iris.csv")
measures = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
train, test = train_test_split(flowers, test_size=share, random_state=7)
scaler = StandardScaler().fit(train[measures])
for name, part in [("train", train), ("test", test)]:
    scaled = pandas.DataFrame(scaler.transform(part[measures]).round(4), columns=measures, index=part.index)
    # The target comes first, and no header: as SageMaker's XGBoost takes it.
    scaled.insert(0, "species", part["species"])
    scaled.to_csv(f"/opt/ml/processing/{name}/iris.csv", index=False, header=False)

with open("/opt/ml/output/message", "w") as message:
    message.write(f"{len(train)} rows to train with, {len(test)} to test with")
