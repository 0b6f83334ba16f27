// SessionFile: the --session option, which saves a conversation and continues it later.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

class SessionFile {
 public:
  void Declare(CLI::App& app);

  bool is_given() const { return !path_.empty(); }

  // Restores the session from the file, if it exists; returns the messages. Errors, which name the
  // file: those of Session::Restore, of reading, and of writing there: a file that cannot be saved
  // must fail before the conversation, not after it.
  Result<std::vector<Message>> Restore(Session& session) const;

  // Saves the session to the file, atomically. Does nothing without --session. Errors: kIo,
  // kInvalid; name the file.
  MaybeError Save(const Session& session, std::span<const Message> messages,
                  SavedParts parts = SavedParts::kAll) const;

 private:
  std::string path_;
};

}  // namespace edgevlm
