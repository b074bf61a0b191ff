"""A common way to serve a model in Python: FastAPI and uvicorn around xgboost. Arguments: model file, port."""

import sys

import numpy as np
import uvicorn
import xgboost
from fastapi import FastAPI, Request, Response

booster = xgboost.Booster(model_file=sys.argv[1])
app = FastAPI()


@app.post("/invocations")
async def invocations(request: Request) -> Response:
    body = await request.body()
    row = np.array([body.split(b",")], dtype=np.float32)
    score = booster.inplace_predict(row)
    return Response(str(float(score[0])), media_type="text/csv")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
