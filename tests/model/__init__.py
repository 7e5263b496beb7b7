"""The models of docs/model: searched whole, broken rule by rule, and held against code and docs."""
