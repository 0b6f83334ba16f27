#include "cli/session_file.h"

#include <filesystem>
#include <system_error>

#include "base/checked_copy.h"
#include "base/mapped_file.h"
#include "base/output_file.h"

namespace edgevlm {
namespace {

Result<std::vector<std::byte>> ReadFile(const std::string& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return file.error();
  std::vector<std::byte> bytes(file->bytes().size());
  if (!CheckedCopy(file->bytes(), bytes.data())) {
    return Error{ErrorCode::kCorrupt, path + ": was cut while it was read"};
  }
  return bytes;
}

}  // namespace

void SessionFile::Declare(CLI::App& app) {
  app.add_option("--session", path_,
                 "go on with the conversation saved there, if there is one, and save it again")
      ->type_name("FILE");
}

Result<std::vector<Message>> SessionFile::Restore(Session& session) const {
  if (!is_given()) return std::vector<Message>();
  // Created and removed again, as a test.
  if (const Result<OutputFile> file = OutputFile::Create(path_); !file) return file.error();
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return std::vector<Message>();
  const Result<std::vector<std::byte>> bytes = ReadFile(path_);
  if (!bytes) return bytes.error();
  Result<std::vector<Message>> messages = session.Restore(*bytes);
  if (!messages) return messages.error().In(path_);
  return messages;
}

MaybeError SessionFile::Save(const Session& session, std::span<const Message> messages,
                             SavedParts parts) const {
  if (!is_given()) return std::nullopt;
  const Result<std::vector<std::byte>> bytes = session.Save(messages, parts);
  if (!bytes) return bytes.error();
  Result<OutputFile> file = OutputFile::Create(path_);
  if (!file) return file.error();
  if (auto error = file->Append(*bytes)) return error;
  return file->Commit();
}

}  // namespace edgevlm
