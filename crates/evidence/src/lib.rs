//! The nouns of plumb: snapshots, groups, objects, witnesses, sites, findings and the records of the catalogue
