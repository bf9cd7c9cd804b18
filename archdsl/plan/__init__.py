"""What derivations change in a network: transforms, insertions, and the text they leave."""
