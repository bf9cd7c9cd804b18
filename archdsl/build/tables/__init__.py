"""Architecture tables: rows to blocks of the network, stage by stage."""
