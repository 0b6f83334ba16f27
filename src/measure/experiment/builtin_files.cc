#include "measure/experiment/builtin_files.h"

#include "base/check.h"
#include "measure/experiment/spec.h"

// In builtin/files.S.
extern "C" const char edgevlm_experiment_files_begin[];
extern "C" const char edgevlm_experiment_files_end[];

namespace edgevlm {

std::vector<EmbeddedFile> BuiltinFiles() {
  return ListEmbeddedFiles({edgevlm_experiment_files_begin, edgevlm_experiment_files_end});
}

std::string_view BuiltinFile(std::string_view name) {
  for (const EmbeddedFile& file : BuiltinFiles()) {
    if (file.name == name) return file.bytes;
  }
  CheckFailed(__FILE__, __LINE__, "no such file");
}

std::vector<Spec> BuiltinSpecs() {
  constexpr std::string_view kEnding = ".yaml";
  std::vector<Spec> specs;
  for (const EmbeddedFile& file : BuiltinFiles()) {
    if (!file.name.ends_with(kEnding)) continue;
    Result<Spec> spec =
        ParseSpec(file.bytes, std::string(file.name.substr(0, file.name.size() - kEnding.size())));
    if (!spec) CheckFailed(__FILE__, __LINE__, spec.error().message.c_str());
    specs.push_back(*std::move(spec));
  }
  return specs;
}

}  // namespace edgevlm
