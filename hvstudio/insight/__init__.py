"""What command line and window both tell of a composition: consequences, scorecard, variants, validate-as."""
