# signet_firmware(MODULE): build/<preset>/firmware/ is all that somebody's firmware in C++ is built with:
#   include/signet/*.h  lib/libsignet_firmware.a  signet-firmware-config.cmake
# One archive with nothing behind it but the C++ library: what of base/ it needs, and Boost.JSON, are inside. In this
# build the target is signet::firmware, elsewhere find_package(signet-firmware) makes one of the same name.
function(signet_firmware module)
  set(headers ${CMAKE_SOURCE_DIR}/src/firmware/include)
  target_include_directories(${module} PUBLIC ${headers})
  if(NOT SIGNET_TESTS AND NOT SIGNET_PROGRAMS)
    return()
  endif()
  set(to ${CMAKE_BINARY_DIR}/firmware)
  add_subdirectory(src/firmware)
  file(GLOB public CONFIGURE_DEPENDS RELATIVE ${headers} ${headers}/signet/*.h)
  set(copies)
  foreach(file IN LISTS public)
    add_custom_command(OUTPUT ${to}/include/${file} DEPENDS ${headers}/${file}
      COMMAND ${CMAKE_COMMAND} -E copy ${headers}/${file} ${to}/include/${file})
    list(APPEND copies ${to}/include/${file})
  endforeach()
  add_custom_target(signet_firmware_kit ALL DEPENDS ${copies} signet_firmware_archive)
  file(CONFIGURE OUTPUT ${to}/signet-firmware-config.cmake @ONLY CONTENT [[# Made by Signet's cmake/firmware.cmake.
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)
add_library(signet::firmware STATIC IMPORTED)
set_target_properties(signet::firmware PROPERTIES
  IMPORTED_LOCATION ${CMAKE_CURRENT_LIST_DIR}/lib/libsignet_firmware.a
  INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_CURRENT_LIST_DIR}/include)
target_compile_features(signet::firmware INTERFACE cxx_std_20)
target_link_libraries(signet::firmware INTERFACE Boost::headers Threads::Threads)
]])
endfunction()
