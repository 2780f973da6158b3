# The web console (console/), built by npm when it is there, as one more source of signetd: tools/build_console.py.
find_program(SIGNET_NPM npm DOC "builds the web console; without it signetd serves a page that says how to get it")
function(signet_console target)
  if(NOT TARGET ${target})
    return()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/console/src/* ${CMAKE_SOURCE_DIR}/console/public/*)
  file(GLOB settings CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/console/*.*)
  set(out ${CMAKE_BINARY_DIR}/site)
  add_custom_command(OUTPUT ${out}/site_files.cpp
    COMMAND ${Python_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/build_console.py ${CMAKE_SOURCE_DIR} ${out} ${SIGNET_NPM}
    DEPENDS ${sources} ${settings} ${CMAKE_SOURCE_DIR}/tools/build_console.py
    COMMENT "Web console" VERBATIM)
  target_sources(${target} PRIVATE ${out}/site_files.cpp)
  set_property(SOURCE ${out}/site_files.cpp PROPERTY SKIP_PRECOMPILE_HEADERS ON)
endfunction()
