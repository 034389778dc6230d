# What plugin authors find in an installed tree: headers, the two libraries, a CMake package, a pkg-config file, templates.
# The SDK's own version: within one major what compiles goes on compiling. What goes on *loading* is the ABI number's matter (docs/abi.md).
set(CHATD_SDK_VERSION 1.0.0)

include(CMakePackageConfigHelpers)
set(package lib/cmake/chatd-sdk)
set(generated "${CMAKE_CURRENT_BINARY_DIR}/package")

install(DIRECTORY include/ DESTINATION include FILES_MATCHING PATTERN "*.hpp")
# A component each, so that a package without the suites needs no file of theirs.
install(TARGETS chatd_sdk EXPORT chatd-sdk-targets ARCHIVE DESTINATION lib)
install(TARGETS chatd_sdk_testing EXPORT chatd-sdk-testing-targets ARCHIVE DESTINATION lib)
install(EXPORT chatd-sdk-targets NAMESPACE chatd:: DESTINATION ${package})
install(EXPORT chatd-sdk-testing-targets NAMESPACE chatd:: DESTINATION ${package})

configure_package_config_file(cmake/chatd-sdk-config.cmake.in "${generated}/chatd-sdk-config.cmake" INSTALL_DESTINATION ${package})
write_basic_package_version_file("${generated}/chatd-sdk-config-version.cmake" VERSION ${CHATD_SDK_VERSION}
                                 COMPATIBILITY SameMajorVersion)
install(FILES "${generated}/chatd-sdk-config.cmake" "${generated}/chatd-sdk-config-version.cmake" cmake/ChatdPlugin.cmake
              cmake/plugin.version DESTINATION ${package})

configure_file(cmake/chatd-sdk.pc.in "${generated}/chatd-sdk.pc" @ONLY)
install(FILES "${generated}/chatd-sdk.pc" DESTINATION lib/pkgconfig)

# Where `chatd new-plugin` looks, in the build tree as in an installed one.
install(DIRECTORY template/ DESTINATION share/chatd/template)
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/share/chatd")
file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}/template" "${PROJECT_BINARY_DIR}/share/chatd/template" SYMBOLIC)
