"""What if a policy were another: a recorded day is run again in a process beside the house, for supervisors to compare.
Changes no setting."""
