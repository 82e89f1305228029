"""Who acts in a virtual clinic, as the record names them."""

PATIENT = "patient"
PHYSICIAN = "physician"
NURSE = "nurse"
DESK = "front desk"
OPERATOR = "virtual operator"
