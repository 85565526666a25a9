"""What the command line can do: one command a file, each as thin as its options allow."""
