// A source for the precompiled header of all tests; see heald_test() in cmake/HealdTargets.cmake.
