"""The columns that the jobs pass to one another."""

TEXT, LABEL, LANGUAGE, SOURCE = "text", "label", "language", "source"
ROW, GROUP, FILM, SPLIT, FOLD = "row", "group", "film", "split", "fold"
TOKENS, TERMS, COUNTS, FEATURES, WEIGHT = "tokens", "terms", "counts", "features", "weight"
RAW, PROBABILITY, PREDICTION = "rawPrediction", "probability", "prediction"

TRAIN, TEST = "train", "test"
