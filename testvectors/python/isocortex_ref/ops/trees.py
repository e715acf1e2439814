"""TreeEnsemble."""
