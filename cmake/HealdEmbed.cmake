# heald_embed(api web/dist)
#   The files of a folder as a source of the library `heald_api`, which src/api/page_files.h gives out. No more than CMake
#   is needed.
function(heald_embed name folder)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/page_files.cc)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${PROJECT_SOURCE_DIR}/${folder} -D OUTPUT=${source} -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
  target_sources(heald_${name} PRIVATE ${source})
endfunction()
