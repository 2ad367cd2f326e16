"""Exercises of the lecture: functions to fill in, and checks that say what is wrong."""
