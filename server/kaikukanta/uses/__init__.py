"""Uses: decided and recorded in one transaction, with the counts that decisions rest on."""
