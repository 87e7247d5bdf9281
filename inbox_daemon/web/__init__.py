"""The staff's pages: server-rendered, guarded by default, usable without JavaScript."""
