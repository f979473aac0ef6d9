"""Reading and writing compositions: the native format, the store that never loses work, the recovery journal."""
