"""Cards as distributors register, extend, end and mark them out of use."""
