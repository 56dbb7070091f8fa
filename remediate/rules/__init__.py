"""Rules as data: packs, their schema and loader, and the engine that matches them in linear time."""
