# signet_python(FOLDER DEPENDS ...): the folder below src/ is the module that programs on a board import. It is built by
# its own CMakeLists.txt; the line here is what tools/check_layers.py holds its includes to.
function(signet_python folder)
  if(SIGNET_TESTS OR SIGNET_PROGRAMS)
    add_subdirectory(src/${folder})
  endif()
endfunction()
