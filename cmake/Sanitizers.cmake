# -DDBSYNC_SANITIZE=address,undefined (or thread): instruments everything of ours.
set(DBSYNC_SANITIZE "" CACHE STRING "Sanitizers, comma separated; empty for none")
if(DBSYNC_SANITIZE)
  add_compile_options(-fsanitize=${DBSYNC_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DBSYNC_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
