# Uses ccache and the mold linker when they are there; neither is needed.
find_program(DBSYNC_CCACHE ccache)
if(DBSYNC_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DBSYNC_CCACHE})
endif()
find_program(DBSYNC_MOLD mold)
if(DBSYNC_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
