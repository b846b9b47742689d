include(HealdLibraries)

# Headers alone: nothing of them is left to link.
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)

if(HEALD_TESTS)
  find_package(GTest 1.12 REQUIRED)
endif()
if(HEALD_BENCH)
  find_package(benchmark 1.7 REQUIRED)
endif()
