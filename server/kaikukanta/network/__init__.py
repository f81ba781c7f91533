"""The network: municipalities, the organisations in it, and the credentials that they call with."""
