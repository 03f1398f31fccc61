//! What an ELF executable made by Go says about itself
