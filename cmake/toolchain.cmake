# ccache and mold when the machine has them; the build is the same without.
find_program(SIGNET_CCACHE ccache)
if(SIGNET_CCACHE)  # paths are made relative, so that one checkout finds what another compiled
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SIGNET_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(SIGNET_MOLD mold)
if(SIGNET_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# GCC collects its garbage from some ten MiB on: an eighth of the time to compile. Where there is room for two of them
# it begins at 512 MiB (one takes 1.1 GiB instead of 0.8 at most).
cmake_host_system_information(RESULT memory QUERY TOTAL_PHYSICAL_MEMORY)  # MiB
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND memory GREATER_EQUAL 4096)
  add_compile_options("SHELL:--param ggc-min-heapsize=524288" "SHELL:--param ggc-min-expand=200")
endif()

# Hardening in every build: position independent, no writable GOT, no executable stack, checked string functions.
add_compile_options(-fstack-protector-strong)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)

# A program keeps what it calls: a board is small, and nine files that are compiled at a time are one object.
add_compile_options($<$<CONFIG:Release>:-ffunction-sections> $<$<CONFIG:Release>:-fdata-sections>)
add_link_options($<$<CONFIG:Release>:-Wl,--gc-sections>)

set(SIGNET_SANITIZE "" CACHE STRING "sanitizers for the whole build: address,undefined or thread")
if(SIGNET_SANITIZE)
  add_compile_options(-fsanitize=${SIGNET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SIGNET_SANITIZE})
endif()
if(SIGNET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
