"""The columns that the jobs pass to one another."""

TEXT, LABEL, LANGUAGE, SOURCE = "text", "label", "language", "source"
ROW, GROUP, SPLIT, SEEN = "row", "group", "split", "seen"
TOKENS, TERMS, COUNTS, FEATURES, WEIGHT = "tokens", "terms", "counts", "features", "weight"
RAW, PROBABILITY, PREDICTION = "rawPrediction", "probability", "prediction"

TRAIN, VALIDATION, TEST = "train", "validation", "test"
