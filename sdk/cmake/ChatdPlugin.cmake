# chatd_add_plugin(ID sources...): the target chatd_plugin_ID, a module ID.so that exports nothing but the handshake.
function(chatd_add_plugin id)
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
  set(target chatd_plugin_${id})
  add_library(${target} MODULE ${ARGN})
  target_link_libraries(${target} PRIVATE chatd::sdk)
  set_target_properties(
    ${target}
    PROPERTIES PREFIX ""
               OUTPUT_NAME ${id}
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LINK_DEPENDS "${script}")
  target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
  if(NOT CHATD_SANITIZE) # the sanitizers' symbols come from the host
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
endfunction()
