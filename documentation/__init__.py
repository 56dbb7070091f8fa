"""Makes from the code what the docs say about it: tables, the pages of the rules, the schemas."""
