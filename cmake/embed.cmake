# Writes the files of FOLDER as arrays of bytes into OUTPUT.
file(GLOB files ${FOLDER}/*)
set(arrays "")
set(list "")
set(n 0)
foreach(file ${files})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  get_filename_component(name ${file} NAME)
  string(APPEND arrays "const unsigned char kFile${n}[] = {\n${bytes}};\n")
  string(APPEND list "    {\"${name}\", {reinterpret_cast<const char*>(kFile${n}), sizeof kFile${n}}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/embed.cmake.
#include \"api/page_files.h\"

namespace heald::api {
namespace {

${arrays}
const PageFile kFiles[] = {
${list}};

}  // namespace

std::span<const PageFile> pageFiles() {
  return kFiles;
}

}  // namespace heald::api
")
