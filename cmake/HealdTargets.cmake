# heald_library(core SOURCES a.cc b.cc DEPENDS heald::engine CURL::libcurl)
#   A folder of src/ as a static library heald::core; headers are included from src/ and include/.
function(heald_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(heald_${name} STATIC ${ARG_SOURCES})
  add_library(heald::${name} ALIAS heald_${name})
  target_include_directories(heald_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src
                                                  ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(heald_${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# What every test reads first, compiled once: it is most of what a small test costs to compile.
function(heald_test_prelude)
  add_library(heald_test_prelude OBJECT ${PROJECT_SOURCE_DIR}/tests/support/prelude.cc)
  target_link_libraries(heald_test_prelude PRIVATE GTest::gmock)
  target_precompile_headers(heald_test_prelude PRIVATE <gmock/gmock.h> <gtest/gtest.h> <chrono> <fstream>
                            <functional> <map> <optional> <sstream> <string> <variant> <vector>)
endfunction()

# heald_test(core SOURCES backoff_test.cc DEPENDS heald::core [LABEL unit|e2e] [TIMEOUT seconds])
#   One binary for a folder of tests/; each of its tests is a test of ctest.
function(heald_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(HEALD_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  set(cost 1)
  if(ARG_LABEL STREQUAL e2e)
    set(cost 10)  # they start first, and leave the processors to the others while they wait
  endif()
  add_executable(${name}_test ${ARG_SOURCES})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name}_test PRIVATE HEALD_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                  HEALD_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name}_test REUSE_FROM heald_test_prelude)
  include(GoogleTest)
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} COST ${cost})
endfunction()

# heald_node_test(helm.refusals refusals.test.js [TIMEOUT seconds])
#   A file of tests for node's own runner as one test of ctest, with the packages of tests/npm. No find_program: where
#   there is no node, the test fails.
function(heald_node_test name file)
  cmake_parse_arguments(ARG "" "TIMEOUT" "" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND node --test ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(environment NODE_PATH=${PROJECT_SOURCE_DIR}/build/npm/node_modules
                  HEALD_SOURCE_DIR=${PROJECT_SOURCE_DIR} HEALD_BINARY_DIR=${PROJECT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED npm LABELS e2e TIMEOUT ${ARG_TIMEOUT}
                                          ENVIRONMENT "${environment}")
endfunction()
