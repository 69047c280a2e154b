# embed_sql(OUT file...): one C++ source of {path, text} pairs, made at build time from SQL files.
# The same file is the script that does it (cmake -P). file(READ), not configure_file: the latter
# would take text between two @ for a CMake variable.
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Generated from the .sql files by cmake/EmbedSql.cmake; do not edit.\n")
  string(APPEND text "#include \"sql/assets.hpp\"\n\nnamespace dbsync::sql {\n")
  string(APPEND text "const std::vector<Asset>& assets() {\n")
  string(APPEND text "    static const std::vector<Asset> all{\n")
  file(STRINGS ${LIST} files)
  foreach(file IN LISTS files)
    file(READ ${file} body)
    if(body MATCHES "\\)dbsync\"")
      message(FATAL_ERROR "${file} contains the raw string terminator")
    endif()
    file(RELATIVE_PATH path ${ROOT} ${file})
    string(APPEND text "        {\"${path}\", R\"dbsync(${body})dbsync\"},\n")
  endforeach()
  string(APPEND text "    };\n    return all;\n}\n}  // namespace dbsync::sql\n")
  file(WRITE ${OUT}.new "${text}")
  file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
  return()
endif()

set(DBSYNC_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(embed_sql out_variable)
  set(list ${PROJECT_BINARY_DIR}/sql_assets.txt)
  set(out ${PROJECT_BINARY_DIR}/sql_assets.cpp)
  list(JOIN ARGN "\n" names)
  file(CONFIGURE OUTPUT ${list} CONTENT "${names}\n" @ONLY)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DLIST=${list} -DOUT=${out} -DROOT=${PROJECT_SOURCE_DIR}
            -P ${DBSYNC_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${list} ${DBSYNC_EMBED_SCRIPT} VERBATIM)
  set(${out_variable} ${out} PARENT_SCOPE)
endfunction()
