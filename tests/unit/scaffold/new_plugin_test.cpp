#include "host/scaffold/new_plugin.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "catch.hpp"

using namespace chatd;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "chatd-scaffold-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void make(const fs::path& file, std::string_view content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << content;
}

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a new plugin has its own name in files and texts", "[scaffold]") {
  const Folder folder;
  make(folder.path() / "templates/broker/my_plugin.cpp", "class MyPlugin; // my-plugin, in my_plugin.cpp, MyPlugin");
  make(folder.path() / "templates/broker/tests/my-plugin.toml", "[plugins.my-plugin]");
  const auto files = scaffold::write({"word-filter2", "broker", folder.path() / "new", folder.path() / "templates"});
  REQUIRE(files.has_value());
  CHECK(*files == std::vector<fs::path>{"tests/word-filter2.toml", "word_filter2.cpp"});
  CHECK(content(folder.path() / "new/word_filter2.cpp") ==
        "class WordFilter2; // word-filter2, in word_filter2.cpp, WordFilter2");
  CHECK(content(folder.path() / "new/tests/word-filter2.toml") == "[plugins.word-filter2]");
}

TEST_CASE("a new plugin's name that contains the template's is put in once", "[scaffold]") {
  CHECK(scaffold::renamed("my-plugin", "my-plugin-two") == "my-plugin-two");
  CHECK(scaffold::renamed("my-plugin my_plugin", "my_plugin-x") == "my_plugin-x my_plugin_x");
  CHECK(scaffold::renamed("MyPlugin", "a_b") == "AB");
}

TEST_CASE("what cannot be written is refused, and leaves nothing", "[scaffold]") {
  const Folder folder;
  const auto templates = folder.path() / "templates";
  make(templates / "broker/my_plugin.cpp", "");
  make(templates / "metrics/my_plugin.cpp", "");

  struct Case {
    std::string name, kind;
    fs::path into, templates;
    sdk::Code code;
    std::string says;
  };
  make(folder.path() / "full/file", "");
  make(folder.path() / "file", "");
  const std::vector<Case> cases{
      {"", "broker", "new", templates, sdk::Code::invalid_argument, "\"\" cannot be a plugin's name"},
      {"Upper", "broker", "new", templates, sdk::Code::invalid_argument, "\"Upper\" cannot be"},
      {"2nd", "broker", "new", templates, sdk::Code::invalid_argument, "begins with a lower case letter"},
      {"a/b", "broker", "new", templates, sdk::Code::invalid_argument, "\"a/b\" cannot be"},
      {"..", "broker", "new", templates, sdk::Code::invalid_argument, "\"..\" cannot be"},
      {"name", "brokr", "new", templates, sdk::Code::invalid_argument,
       "no kind of plugin is \"brokr\"; there are: broker, metrics"},
      {"name", "broker", "full", templates, sdk::Code::already_exists, "is there already and not empty"},
      {"name", "broker", "file/new", templates, sdk::Code::unavailable, "file/new"},
      {"name", "broker", "new", folder.path() / "none", sdk::Code::not_found, "no templates in "},
  };
  for (const auto& wrong : cases) {
    CAPTURE(wrong.name, wrong.kind, wrong.into);
    const auto made = scaffold::write({wrong.name, wrong.kind, folder.path() / wrong.into, wrong.templates});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == wrong.code);
    CHECK_THAT(made.error().text, Catch::Matchers::Contains(wrong.says));
  }
  CHECK_FALSE(fs::exists(folder.path() / "new"));
  CHECK(fs::exists(folder.path() / "full/file"));
}
