"""What passes from level 1 to level 2 share: multipliers, a module for each kind of operation."""
