"""What can be done about a failure, one file for each strategy; `registry` knows them all."""
