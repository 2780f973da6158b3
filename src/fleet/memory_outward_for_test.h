// memory_outward_for_test.h -- private to memory_store: the changes to what goes out.
#pragma once

#include "fleet/memory_people_for_test.h"

namespace signet::fleet {

class MemoryOutwardChanges : public MemoryPeopleChanges {
 public:
  using MemoryPeopleChanges::MemoryPeopleChanges;

  Status add_integration(const Integration& integration) override;
  Status update_integration(const Integration& integration) override;
  Status remove_integration(const IntegrationId& id) override;
  Status put_export(const Export& one) override;
  Status remove_export(const ExportId& id) override;
  Status put_dead_letter(const DeadLetter& letter) override;
  Status remove_dead_letter(const IntegrationId& of, std::int64_t number) override;
  Status remove_dead_letters(const IntegrationId& of) override;
  Status remove_old_dead_letters(const IntegrationId& of, std::size_t keep, std::size_t bytes_max) override;
  Status add_event(const DeviceEvent& event) override;
  Status trim_feed(const WorkspaceId& workspace) override;

 protected:
  void feed(Outward line);  // if somebody waits for it
};

}  // namespace signet::fleet
