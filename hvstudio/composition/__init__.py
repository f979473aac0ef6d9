"""One reading of a document: hosts, systems, machines and devices with what each can, costs, owes and may."""
