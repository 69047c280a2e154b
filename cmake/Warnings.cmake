# Warnings of our own code. Errors only where a preset says so (CMAKE_COMPILE_WARNING_AS_ERROR):
# a packager's newer compiler must not break a release.
add_library(dbsync_warnings INTERFACE)
target_compile_options(dbsync_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wformat=2
  -Wimplicit-fallthrough -Wswitch-enum)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dbsync_warnings INTERFACE -Wduplicated-cond -Wlogical-op)
endif()
