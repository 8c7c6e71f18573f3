"""Posted photos are opened in processes of their own: what a file does to its decoder, it does to nothing else."""
