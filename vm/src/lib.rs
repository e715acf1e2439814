//! Isocortex vm.
