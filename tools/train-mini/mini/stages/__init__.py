"""One module a training stage; each can be run alone and resumes where it was."""
