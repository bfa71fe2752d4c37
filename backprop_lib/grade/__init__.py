"""Grade a class: the command ``backprop`` runs every notebook in a jail and judges it from outside.
No name is gathered here: what the jail sees of this package must not pull in the rest."""
